// The page's script: draws the charts from the data block, follows light and dark, window size and printing.

/** Plain JavaScript for the browser; reads `{ palettes, charts }` from the element with id "data". */
export const pageScript = `
(function () {
  "use strict";
  var data = JSON.parse(document.getElementById("data").textContent);
  var darkScheme = window.matchMedia("(prefers-color-scheme: dark)");
  var printing = false;
  var drawn = [];

  function scheme() { return darkScheme.matches && !printing ? "dark" : "light"; }

  function paint(value, colors, isColor) {
    if (typeof value === "string") return isColor && value[0] === "$" ? colors[value.slice(1)] : value;
    if (Array.isArray(value)) return typeof value[0] === "number" ? value : value.map(function (each) { return paint(each, colors, isColor); });
    if (typeof value !== "object" || value === null) return value;
    var copy = {};
    for (var key in value) copy[key] = paint(value[key], colors, /color$/i.test(key));
    return copy;
  }

  function draw(figure) {
    var option = data.charts[figure.element.dataset.chart];
    var colors = data.palettes[scheme()];
    figure.chart.setOption(paint(option, colors, false), true);
    hiddenChips(figure).forEach(function (chip) {
      figure.chart.dispatchAction({ type: "legendUnSelect", name: chip.dataset.name });
    });
    swatches(colors);
  }

  function hiddenChips(figure) {
    return figure.element.closest("figure").querySelectorAll('.chips:not([hidden]) button[aria-pressed="false"]');
  }

  function swatches(colors) {
    document.querySelectorAll("[data-color]").forEach(function (element) {
      element.style.background = colors[element.dataset.color.slice(1)];
    });
  }

  function start(element) {
    var option = data.charts[element.dataset.chart];
    var points = option.series.reduce(function (sum, each) { return sum + each.data.length; }, 0);
    var chart = echarts.init(element, null, { renderer: points > 1500 ? "canvas" : "svg" });
    var figure = { element: element, chart: chart };
    drawn.push(figure);
    draw(figure);
    if (element.dataset.group) { chart.group = element.dataset.group; echarts.connect(chart.group); }
  }

  document.querySelectorAll("[data-chart]").forEach(start);
  swatches(data.palettes[scheme()]);

  function redraw() { drawn.forEach(draw); }
  function resize() { drawn.forEach(function (figure) { figure.chart.resize(); }); }

  new ResizeObserver(function () { if (!printing) resize(); }).observe(document.querySelector("main"));
  darkScheme.addEventListener("change", redraw);

  function print(on) {
    printing = on;
    document.documentElement.classList.toggle("printing", on);
    redraw();
    resize();
  }
  window.addEventListener("beforeprint", function () { print(true); });
  window.addEventListener("afterprint", function () { print(false); });

  function figureOf(element) {
    var place = element.closest("figure").querySelector("[data-chart]");
    return drawn.find(function (figure) { return figure.element === place; });
  }

  // a table that is wider than its place says so
  var tables = document.querySelectorAll(".wide .scroll");
  function measure(element) {
    var rest = element.scrollWidth - element.clientWidth;
    element.parentElement.classList.toggle("more", rest > 1);
    element.parentElement.classList.toggle("end", element.scrollLeft >= rest - 1);
  }
  var tableSizes = new ResizeObserver(function (all) { all.forEach(function (each) { measure(each.target); }); });
  tables.forEach(function (element) {
    tableSizes.observe(element);
    element.addEventListener("scroll", function () { measure(element); }, { passive: true });
  });

  // the list of contents shows where the reader is
  var links = Array.prototype.slice.call(document.querySelectorAll(".contents a"));
  var current;
  function locate() {
    var found = links.filter(function (link) { return document.querySelector(link.getAttribute("href")).getBoundingClientRect().top < 140; }).pop();
    if (found === current) return;
    if (current) current.removeAttribute("aria-current");
    current = found;
    if (!found) return;
    found.setAttribute("aria-current", "location");
    var list = found.closest("ul");
    list.scrollLeft = found.offsetLeft - list.clientWidth / 2 + found.offsetWidth / 2;
  }
  window.addEventListener("scroll", locate, { passive: true });
  locate();

  // a switch shows another chart in the same place in every figure of its name
  document.querySelectorAll(".switch input").forEach(function (input) {
    input.addEventListener("change", function () {
      document.querySelectorAll('figure[data-switch="' + input.name + '"]').forEach(function (element) {
        element.querySelectorAll(".chips").forEach(function (chips) { chips.hidden = chips.dataset.of !== input.value; });
        var figure = figureOf(element.firstElementChild);
        var chart = figure.element.dataset.prefix + input.value;
        if (!data.charts[chart]) return;
        figure.element.dataset.chart = chart;
        element.querySelectorAll(".chips button").forEach(function (button) { button.setAttribute("aria-pressed", "true"); });
        draw(figure);
      });
    });
  });

  // a chip hides and shows its group; pointing at it, or focus, brings it out
  document.querySelectorAll(".chips button").forEach(function (button) {
    function send(type) { figureOf(button).chart.dispatchAction({ type: type, seriesName: button.dataset.name, name: button.dataset.name }); }
    button.addEventListener("click", function () {
      send("legendToggleSelect");
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
    });
    ["mouseenter", "focus"].forEach(function (event) { button.addEventListener(event, function () { send("highlight"); }); });
    ["mouseleave", "blur"].forEach(function (event) { button.addEventListener(event, function () { send("downplay"); }); });
  });
})();
`;
