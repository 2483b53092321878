"""What OpenAPI says of uploads, which the framework does not decode."""

from __future__ import annotations

from typing import Any, Final

_PROBLEM: Final = {
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
}
_ID: Final = {"name": "upload", "in": "path", "required": True, "schema": {"type": "string"}}

FORM: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object", "required": ["file"], "additionalProperties": {"type": "string"},
                "properties": {"file": {"type": "string", "format": "binary"}},
            }
        }
    },
}  # fmt: skip
"""The body of POST /v1/videos."""


def upload_paths() -> dict[str, Any]:
    """Paths and their operations."""
    return {
        "/v1/uploads": {
            "options": {
                **_said("TusAbilities", "What this tus server can", {"204": "In its headers"}),
            },
            "post": {
                **_said(
                    "TusCreate", "Begin an upload",
                    {"201": "It lies where Location says", "413": "A video may not be so large",
                     "429": "Too many uploads"},
                ),
                "parameters": [
                    _header("Tus-Resumable", "1.0.0"), _header("Upload-Length", "bytes"),
                    _header("Upload-Metadata", "KEY BASE64, separated by commas"),
                ],
            },
        },
        "/v1/uploads/{upload}": {
            "head": {
                **_said("TusOffset", "How much is on disk", {"200": "Upload-Offset says it"}),
                "parameters": [_ID, _header("Tus-Resumable", "1.0.0")],
            },
            "patch": {
                **_said(
                    "TusSend", "Send what comes next",
                    {"204": "It is on disk; Jhalak-Video names what a whole one became",
                     "409": "It does not begin where the last one ended",
                     "413": "More bytes than Upload-Length says", "415": "It is no video",
                     "460": "Not the bytes of Upload-Checksum"},
                ),
                "parameters": [
                    _ID, _header("Tus-Resumable", "1.0.0"), _header("Upload-Offset", "bytes"),
                    _header("Upload-Checksum", "sha1 BASE64, sha256 BASE64", required=False),
                ],
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/offset+octet-stream": {
                            "schema": {"type": "string", "format": "binary"}
                        }
                    },
                },
            },
            "delete": {
                **_said(
                    "TusEnd", "End an upload and forget it",
                    {"204": "Nothing is left of it", "409": "It is a video by now"},
                ),
                "parameters": [_ID, _header("Tus-Resumable", "1.0.0")],
            },
        },
    }  # fmt: skip


def _said(name: str, summary: str, answers: dict[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {
        status: {"description": text} | (_PROBLEM if status >= "400" else {})
        for status, text in answers.items()
    }
    if name != "TusAbilities":
        told["412"] = {"description": "Another version of tus"} | _PROBLEM
    return {"tags": ["creators"], "operationId": name, "summary": summary, "responses": told}


def _header(name: str, what: str, *, required: bool = True) -> dict[str, Any]:
    return {
        "name": name, "in": "header", "required": required, "schema": {"type": "string"},
        "description": what,
    }  # fmt: skip
