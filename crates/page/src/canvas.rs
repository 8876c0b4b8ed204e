//! Drawing on a canvas of the page: plotters' own canvas backend, but for how it measures text.
//!
//! That puts a styled element into the page for each label, which the page's content security policy
//! forbids and which is slow. Here the canvas's own context measures. And lines of one look that follow
//! each other, such as an edge's dashes, are one stroke.

use plotters::coord::Shift;
use plotters::drawing::DrawingAreaErrorKind;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingErrorKind};
use plotters_canvas::CanvasBackend;
use std::cell::RefCell;
use wasm_bindgen::JsCast;
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement};

type Failure = <CanvasBackend as DrawingBackend>::ErrorType;
/// Of text: red, green and blue, opacity, how it stands to its point across and down.
type Look = ((u8, u8, u8), f64, &'static str, &'static str);
type Drawn = Result<(), DrawingErrorKind<Failure>>;

/// [`CanvasBackend`] that measures text with the canvas's context, and gathers lines.
pub(super) struct Canvas {
    backend: CanvasBackend,
    context: CanvasRenderingContext2d,
    /// The look of the lines begun and not yet drawn: red, green, blue, opacity, width.
    begun: Option<((u8, u8, u8), f64, u32)>,
    /// The font that the context has.
    font: RefCell<String>,
    /// The look of the text written last, while nothing else has been drawn.
    written: Option<Look>,
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

    /// Draws the lines begun; the backend for all that is not a line.
    fn settled(&mut self) -> &mut CanvasBackend {
        if self.begun.take().is_some() {
            self.context.stroke();
        }
        self.written = None;
        &mut self.backend
    }
}

/// Gives the canvas `id` the size `width` × `height` in CSS pixels, with `scale` pixels to each, and
/// draws on it. An error says what is missing.
pub(super) fn on_canvas(
    id: &str,
    width: f64,
    height: f64,
    scale: f64,
    draw: impl FnOnce(&DrawingArea<Canvas, Shift>) -> Result<(), DrawingAreaErrorKind<Failure>>,
) -> Result<(), String> {
    let missing = || format!("the page has no canvas {id} to draw on; loading it again would help");
    let document = web_sys::window().and_then(|window| window.document()).ok_or_else(missing)?;
    let element = document.get_element_by_id(id).ok_or_else(missing)?;
    let element: HtmlCanvasElement = element.dyn_into().map_err(|_| missing())?;
    // A canvas that is given a size is made anew, even if it had that size.
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
    let area =
        Canvas { backend, context, begun: None, font: RefCell::default(), written: None }.into_drawing_area();
    draw(&area).and_then(|()| area.present()).map_err(|error| format!("the canvas {id}: {error}"))
}

impl DrawingBackend for Canvas {
    type ErrorType = Failure;

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Failure>> {
        self.set_font(style);
        let size = style.size();
        // What cannot be measured is taken for wide letters.
        let wide = 0.7 * size * text.chars().count() as f64;
        let width = self.context.measure_text(text).map_or(wide, |measure| measure.width());
        Ok((width.ceil() as u32, size.ceil() as u32))
    }

    fn get_size(&self) -> (u32, u32) {
        self.backend.get_size()
    }

    fn ensure_prepared(&mut self) -> Drawn {
        self.backend.ensure_prepared()
    }

    fn present(&mut self) -> Drawn {
        self.settled().present()
    }

    fn draw_pixel(&mut self, point: BackendCoord, colour: BackendColor) -> Drawn {
        self.settled().draw_pixel(point, colour)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.settled().draw_line(from, to, style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        self.settled().draw_rect(upper_left, bottom_right, style, fill)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let BackendColor { rgb, alpha } = style.color();
        let mut path = path.into_iter();
        let Some(start) = path.next().filter(|_| alpha > 0.0) else { return Ok(()) };
        let look = (rgb, alpha, style.stroke_width());
        if self.begun != Some(look) {
            self.settled();
            let (red, green, blue) = rgb;
            self.context.set_stroke_style_str(&format!("rgba({red},{green},{blue},{alpha})"));
            self.context.set_line_width(style.stroke_width().into());
            self.context.begin_path();
            self.begun = Some(look);
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
    ) -> Drawn {
        self.settled().draw_circle(centre, radius, style, fill)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        vertices: I,
        style: &S,
    ) -> Drawn {
        self.settled().fill_polygon(vertices, style)
    }

    /// As the backend does, but a font is only set where it is another one: the browser reads its name anew
    /// each time, which takes longer than the text.
    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        if !matches!(style.transform(), FontTransform::None) {
            self.font.take();
            return self.settled().draw_text(text, style, at);
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
        let look = ((red, green, blue), alpha, align, baseline);
        if self.written != Some(look) {
            self.settled();
            self.context.set_text_align(align);
            self.context.set_text_baseline(baseline);
            self.context.set_fill_style_str(&format!("rgba({red},{green},{blue},{alpha})"));
            self.written = Some(look);
        }
        // A text that cannot be written leaves the rest of the picture whole.
        let _ = self.context.fill_text(text, at.0.into(), at.1.into());
        Ok(())
    }
}
