"""The terminal: one full-screen application in which texts are asked about and answered."""
