"""What is said: normalization, language and segmentation."""
