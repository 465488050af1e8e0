/* SPDX-License-Identifier: Apache-2.0 */
/* Running bulkhead-lab, which stands beside this program or in the PATH. */
#pragma once

/* In place of this process; returns, after a message, only where there is none. */
void cli_lab_exec(int argc, char **argv);
