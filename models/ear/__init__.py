"""The ear: a learned witness that listens, where the tagger reads (``models/ear/README.md``)."""
