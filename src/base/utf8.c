/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include <assert.h>

static size_t sequence_len(unsigned char lead)
{
	if (lead < 0x80)
		return 1;
	if (lead < 0xc2) /* a continuation byte, or an overlong lead */
		return 0;
	if (lead < 0xe0)
		return 2;
	if (lead < 0xf0)
		return 3;
	return lead < 0xf5 ? 4 : 0;
}

size_t utf8_decode(const char *text, size_t len, uint32_t *ret_code_point)
{
	static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *bytes = (const unsigned char *)text;
	size_t n = sequence_len(bytes[0]);
	uint32_t code = bytes[0];

	if (!n || n > len)
		return 0;
	if (n > 1)
		code &= 0x7fu >> n;
	for (size_t i = 1; i < n; i++) {
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (bytes[i] & 0x3f);
	}
	if (code < smallest[n] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
		return 0;
	if (ret_code_point)
		*ret_code_point = code;
	return n;
}

size_t utf8_encode(uint32_t code_point, char bytes[4])
{
	size_t n = code_point < 0x80 ? 1 : code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
	static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};

	assert(code_point <= 0x10ffff && (code_point < 0xd800 || code_point >= 0xe000));
	for (size_t i = n; i-- > 1; code_point >>= 6)
		bytes[i] = (char)(0x80 | (code_point & 0x3f));
	bytes[0] = (char)(lead[n] | code_point);
	return n;
}
