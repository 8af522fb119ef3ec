"""Choosing a size, and comparing designs: these run studies."""
