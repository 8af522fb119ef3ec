"""What every figure is made with: the sheet, the style, labels that find room, words."""
