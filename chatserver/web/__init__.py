"""The Starlette edge: pages, panel frame, sign-in, transcripts, health."""
