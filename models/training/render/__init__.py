"""Synthetic people: MakeHuman bodies in CMU and rag-doll motion, drawn with OpenGL."""
