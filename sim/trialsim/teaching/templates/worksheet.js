"use strict";
// What is entered stays on this page: nothing is stored, nothing is sent.
document.getElementById("print").addEventListener("click", () => window.print());
document.getElementById("download").addEventListener("click", () => {
  const answers = {};
  for (const box of document.querySelectorAll("input, textarea")) {
    const isChosen = box.type !== "radio" || box.checked;
    if (isChosen && box.value) answers[box.name] = box.value;
  }
  const file = new Blob([JSON.stringify(answers, null, 2)], { type: "application/json" });
  const link = document.createElement("a");
  link.href = URL.createObjectURL(file);
  link.download = "answers.json";
  link.click();
  URL.revokeObjectURL(link.href);
});
for (const group of document.querySelectorAll("fieldset[data-total]")) {
  group.addEventListener("input", () => {
    let sum = 0;
    for (const box of group.querySelectorAll("input")) sum += Number(box.value) || 0;
    group.querySelector("output").textContent = String(Math.round(100 * sum) / 100);
  });
}
