"""The interactive page of the API: Swagger UI, from the files that a package brings, without internet."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

# Every file that the page needs, by name, so that no other can be asked for; with its type.
FILES: Final = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}
INITIALISE: Final = b"""window.addEventListener("load", () => {
  SwaggerUIBundle({
    url: "/openapi.json",
    dom_id: "#swagger-ui",
    validatorUrl: null,
    persistAuthorization: false,
    deepLinking: true,
  });
});
"""
PAGE: Final = b"""<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>vidcore API</title>
  <link rel="icon" type="image/png" href="/docs/favicon-32x32.png">
  <link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
  <div id="swagger-ui"></div>
  <script src="/docs/swagger-ui-bundle.js"></script>
  <script src="/docs/initialise.js"></script>
</body>
</html>
"""
# Swagger UI sets styles of elements, and shows its icons as data.
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


@cache
def _folder() -> Path:
    """Find the package's files without importing it: the package itself is made for other servers."""
    spec = find_spec("swagger_ui")
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("swagger-ui-py is not installed")
    return Path(spec.submodule_search_locations[0]) / "static"


def read_file(name: str) -> bytes:
    """Give one of FILES."""
    return (_folder() / name).read_bytes()
