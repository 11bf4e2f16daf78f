// A chart of the report, in the page: drawn by ECharts, in the colors of the scheme.
import { LineChart } from "echarts/charts";
import { GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { type EChartsType, init, use } from "echarts/core";
import { LabelLayout } from "echarts/features";
import { CanvasRenderer } from "echarts/renderers";
import { useEffect, useRef } from "preact/hooks";
import type { Chart } from "../../src/report/charts/chart.js";
import { type Palette, paint } from "../../src/report/charts/palette.js";

use([LineChart, GridComponent, LegendComponent, TooltipComponent, LabelLayout, CanvasRenderer]);

/** @param highlighted name of the curve that stands out */
export function ChartFigure(props: { chart: Chart; palette: Palette; highlighted?: string }) {
  const { chart, palette, highlighted } = props;
  const place = useRef<HTMLDivElement>(null);
  const drawn = useRef<EChartsType | undefined>(undefined);
  useEffect(() => {
    const made = init(place.current);
    drawn.current = made;
    made.group = "runs";
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(place.current!);
    return () => {
      observer.disconnect();
      made.dispose();
    };
  }, []);
  useEffect(() => {
    const option = paint(chart.option, palette);
    // drawn as text on the canvas: the usual box has styles that the page's policy forbids
    const tooltip = { ...option.tooltip, renderMode: "richText" as const };
    drawn.current?.setOption({ ...option, tooltip } as typeof option, true);
  }, [chart, palette]);
  useEffect(() => {
    drawn.current?.dispatchAction(
      highlighted === undefined ? { type: "downplay" } : { type: "highlight", seriesName: highlighted },
    );
  }, [highlighted]);
  return (
    <figure>
      <figcaption>{chart.title}</figcaption>
      <div ref={place} class="chart" role="img" aria-label={chart.description} />
    </figure>
  );
}
