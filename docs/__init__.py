"""The pages, and what writes their generated blocks: `python -m docs`, in the folder of the project."""
