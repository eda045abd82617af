"""What the explorables share: sources that are joined, the view and its controls, and stills for paper."""
