"""The Starlette edge: pages, files and health over HTTP; knows services and never a socket."""
