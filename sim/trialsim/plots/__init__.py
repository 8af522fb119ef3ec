"""One function a figure: a DataFrame in, an Axes out; numbers, takeaway and caption beside it."""
