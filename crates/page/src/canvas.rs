//! Draws on a canvas of the page with plotters' canvas backend, with two changes.
//!
//! Text is measured with the canvas's context: plotters' backend adds a styled element to the page for each
//! text, which is slow and which the content security policy forbids. And consecutive lines of the same
//! style, such as the dashes of an edge, are drawn as one stroke.

use plotters::coord::Shift;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind};
use plotters_canvas::CanvasBackend;
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

type CanvasError = <CanvasBackend as DrawingBackend>::ErrorType;
type CanvasResult = Result<(), DrawingErrorKind<CanvasError>>;

/// How a text is drawn, besides its font.
#[derive(Clone, Copy, PartialEq)]
struct TextPaint {
    rgb: (u8, u8, u8),
    alpha: f64,
    /// `textAlign`.
    align: &'static str,
    /// `textBaseline`.
    baseline: &'static str,
}

/// A [`CanvasBackend`] that measures text with the canvas's context and joins lines.
pub(super) struct Canvas {
    backend: CanvasBackend,
    context: CanvasRenderingContext2d,
    /// Colour, opacity and width of the lines that are begun and not yet drawn.
    pending: Option<((u8, u8, u8), f64, u32)>,
    /// The context's font.
    font: RefCell<String>,
    /// That of the latest text, until something else is drawn.
    text_paint: Option<TextPaint>,
}

impl Canvas {
    fn set_font<S: BackendTextStyle>(&self, style: &S) {
        let (kind, size, family) = (style.style(), style.size(), style.family());
        let font = format!("{} {size}px {}", kind.as_str(), family.as_str());
        if *self.font.borrow() != font {
            self.context.set_font(&font);
            self.font.replace(font);
        }
    }

    /// Draws the pending lines, and returns the backend.
    fn flush_lines(&mut self) -> &mut CanvasBackend {
        if self.pending.take().is_some() {
            self.context.stroke();
        }
        self.text_paint = None;
        &mut self.backend
    }
}

/// Sets the size of the canvas `id` to `width` × `height` CSS pixels, with `scale` device pixels per CSS pixel,
/// and draws on it. Returns an error message if there is no such canvas.
pub(super) fn on_canvas(
    id: &str,
    width: f64,
    height: f64,
    scale: f64,
    draw: impl FnOnce(&DrawingArea<Canvas, Shift>) -> Result<(), DrawingAreaErrorKind<CanvasError>>,
) -> Result<(), String> {
    let missing = || format!("the page has no canvas {id} to draw on; reload the page");
    let document = web_sys::window().and_then(|window| window.document()).ok_or_else(missing)?;
    let element = document.get_element_by_id(id).ok_or_else(missing)?;
    let element: HtmlCanvasElement = element.dyn_into().map_err(|_| missing())?;
    // Setting a size resets the canvas, even if the size is the same.
    let size = [width, height].map(|length| (length * scale).round().max(1.0) as u32);
    if element.width() != size[0] {
        element.set_width(size[0]);
    }
    if element.height() != size[1] {
        element.set_height(size[1]);
    }
    let context = element.get_context("2d").ok().flatten().ok_or_else(missing)?;
    let context: CanvasRenderingContext2d = context.dyn_into().map_err(|_| missing())?;
    context.clear_rect(0.0, 0.0, size[0].into(), size[1].into());
    let backend = CanvasBackend::with_canvas_object(element).ok_or_else(missing)?;
    let area = Canvas { backend, context, pending: None, font: RefCell::default(), text_paint: None }
        .into_drawing_area();
    draw(&area).and_then(|()| area.present()).map_err(|error| format!("the canvas {id}: {error}"))
}

impl DrawingBackend for Canvas {
    type ErrorType = CanvasError;

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<CanvasError>> {
        self.set_font(style);
        let size = style.size();
        // If the text cannot be measured, assume wide letters.
        let wide = 0.7 * size * text.chars().count() as f64;
        let width = self.context.measure_text(text).map_or(wide, |measure| measure.width());
        Ok((width.ceil() as u32, size.ceil() as u32))
    }

    fn get_size(&self) -> (u32, u32) {
        self.backend.get_size()
    }

    fn ensure_prepared(&mut self) -> CanvasResult {
        self.backend.ensure_prepared()
    }

    fn present(&mut self) -> CanvasResult {
        self.flush_lines().present()
    }

    fn draw_pixel(&mut self, point: BackendCoord, colour: BackendColor) -> CanvasResult {
        self.flush_lines().draw_pixel(point, colour)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> CanvasResult {
        self.flush_lines().draw_line(from, to, style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> CanvasResult {
        self.flush_lines().draw_rect(upper_left, bottom_right, style, fill)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> CanvasResult {
        let BackendColor { rgb, alpha } = style.color();
        let mut path = path.into_iter();
        let Some(start) = path.next().filter(|_| alpha > 0.0) else { return Ok(()) };
        let line_style = (rgb, alpha, style.stroke_width());
        if self.pending != Some(line_style) {
            self.flush_lines();
            let (red, green, blue) = rgb;
            self.context.set_stroke_style_str(&format!("rgba({red},{green},{blue},{alpha})"));
            self.context.set_line_width(style.stroke_width().into());
            self.context.begin_path();
            self.pending = Some(line_style);
        }
        self.context.move_to(start.0.into(), start.1.into());
        for (x, y) in path {
            self.context.line_to(x.into(), y.into());
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> CanvasResult {
        self.flush_lines().draw_circle(centre, radius, style, fill)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vertices: I,
        style: &S,
    ) -> CanvasResult {
        self.flush_lines().fill_polygon(vertices, style)
    }

    /// Draws as the backend does, but sets the font only if it changes: the browser parses the font's name each
    /// time, which takes longer than drawing the text.
    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> CanvasResult {
        if !matches!(style.transform(), FontTransform::None) {
            self.font.take();
            return self.flush_lines().draw_text(text, style, at);
        }
        let BackendColor { rgb: (red, green, blue), alpha } = style.color();
        let Pos { h_pos, v_pos } = style.anchor();
        let align = match h_pos {
            HPos::Left => "start",
            HPos::Right => "end",
            HPos::Center => "center",
        };
        let baseline = match v_pos {
            VPos::Top => "top",
            VPos::Center => "middle",
            VPos::Bottom => "bottom",
        };
        self.set_font(style);
        let paint = TextPaint { rgb: (red, green, blue), alpha, align, baseline };
        if self.text_paint != Some(paint) {
            self.flush_lines();
            self.context.set_text_align(align);
            self.context.set_text_baseline(baseline);
            self.context.set_fill_style_str(&format!("rgba({red},{green},{blue},{alpha})"));
            self.text_paint = Some(paint);
        }
        // The rest of the picture is drawn even if a text cannot be.
        let _ = self.context.fill_text(text, at.0.into(), at.1.into());
        Ok(())
    }
}
