"""Checks JSON documents against the published schemas.

    check_schema.py [--closed] SCHEMA.json DOCUMENT.json
    check_schema.py --self SCHEMA.json

--closed refuses keys that the schema does not list, so that none stays undescribed; --self checks the
schema itself. Prints what is wrong and exits 1.
"""

import argparse
import json
import sys

import jsonschema


def close(part: object) -> None:
    if isinstance(part, dict):
        if part.get("type") == "object" and "properties" in part:
            part.setdefault("additionalProperties", False)
        for value in part.values():
            close(value)
    elif isinstance(part, list):
        for value in part:
            close(value)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--closed", action="store_true")
    parser.add_argument("--self", action="store_true")
    parser.add_argument("schema")
    parser.add_argument("document", nargs="?")
    arguments = parser.parse_args()

    with open(arguments.schema, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    if arguments.self:
        return 0
    if arguments.closed:
        close(schema)
    with open(arguments.document, encoding="utf-8") as file:
        document = json.load(file)
    errors = sorted(jsonschema.Draft202012Validator(schema).iter_errors(document), key=lambda e: e.json_path)
    for error in errors:
        print(f"{error.json_path}: {error.message[:300]}")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
