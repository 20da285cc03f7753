"""Benchmarks with their baselines; only the command line imports it."""
