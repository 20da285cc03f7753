"""The Socket.IO edge; the only package that imports socketio."""
