/** Draws a numbered line at each moment of a time chart at which something has happened. */
import type uPlot from 'uplot'

/** In CSS pixels: numbers that stand closer are left out. */
const LABEL_ROOM = 16

export const markLines = (color: string, marks: readonly number[]): uPlot.Plugin => ({
  hooks: {
    draw(plot) {
      const { ctx, bbox } = plot
      const ratio = devicePixelRatio
      let labelled = -Infinity
      ctx.save()
      ctx.strokeStyle = ctx.fillStyle = color
      ctx.lineWidth = ratio
      ctx.font = `${10 * ratio}px "Inter Variable", Inter, system-ui, sans-serif`
      marks.forEach((at, index) => {
        const x = Math.round(plot.valToPos(at, 'x', true))
        if (x < bbox.left || x > bbox.left + bbox.width) return
        ctx.setLineDash([3 * ratio, 3 * ratio])
        ctx.beginPath()
        ctx.moveTo(x, bbox.top)
        ctx.lineTo(x, bbox.top + bbox.height)
        ctx.stroke()
        if (x - labelled < LABEL_ROOM * ratio) return
        labelled = x
        ctx.fillText(String(index + 1), x + 3 * ratio, bbox.top + 9 * ratio)
      })
      ctx.restore()
    },
  },
})
