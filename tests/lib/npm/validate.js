// SPDX-License-Identifier: Apache-2.0
// usage: node validate.js MODULES SCHEMA FILE…
// Says where files are not what the schema wants, a line for each; 1 if any is not. SCHEMA is the path of one
// in SchemaStore's collection, which is among MODULES.
"use strict";
const fs = require("fs");
const path = require("path");

const [modules, schema, ...files] = process.argv.slice(2);
const load = (name) => require(path.resolve(modules, name));
const read = (name) => JSON.parse(fs.readFileSync(name, "utf8"));

// SchemaStore's schemas have keywords and patterns that are not of the standard.
const ajv = new (load("ajv"))({ strict: false, allErrors: true, unicodeRegExp: false });
load("ajv-formats")(ajv);
const validate = ajv.compile(read(path.join(modules, "schemastore/schemas/json", schema)));

let status = 0;
for (const file of files) {
	if (validate(read(file)))
		continue;
	status = 1;
	for (const error of validate.errors)
		console.log(`${file}: ${error.instancePath} ${error.message}`);
}
process.exit(status);
