//! The colours of the page, in a light and a dark theme: each symbol has the same hue everywhere.
//!
//! The hues are those of Okabe and Ito (2008), which colour-blind readers can tell apart, darkened or
//! lightened until text in them is readable. `www/style.css` has the same values, with the names of
//! [`Palette::css_variables`].

use crate::scenario::MAX_RUNS;
use plotters::style::RGBColor;

/// All colours of a theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Palette {
    /// Background of the page.
    pub background: RGBColor,
    /// Background of cards and boxes.
    pub surface: RGBColor,
    /// Words and numbers.
    pub text: RGBColor,
    /// Text that the current moment does not use, and small print.
    pub faded: RGBColor,
    /// Borders and grid lines.
    pub line: RGBColor,
    /// a, and x, the activations of the input layer.
    pub a: RGBColor,
    /// z
    pub z: RGBColor,
    /// δ
    pub delta: RGBColor,
    /// w; in the picture, positive weights.
    pub w: RGBColor,
    /// Negative weights in the picture; their lines are dashed too.
    pub w_negative: RGBColor,
    /// b and ∂C/∂b
    pub b: RGBColor,
    /// C and y
    pub cost: RGBColor,
    /// Marks what the current moment reads and writes.
    pub highlight: RGBColor,
    /// Marks what is selected.
    pub selected: RGBColor,
    /// The compared runs, in order; their [`DASHES`] differ too.
    pub runs: [RGBColor; MAX_RUNS],
}

/// The dash pattern of each run's line, in CSS pixels: dash, gap, dash, … A solid line has none.
pub const DASHES: [&[f64]; MAX_RUNS] = [&[], &[8.0, 4.0], &[2.0, 3.0], &[9.0, 3.0, 2.0, 3.0]];

impl Palette {
    /// The light theme.
    pub fn light() -> Self {
        Self {
            background: RGBColor(0xfa, 0xfa, 0xf7),
            surface: RGBColor(0xff, 0xff, 0xff),
            text: RGBColor(0x1b, 0x1f, 0x24),
            faded: RGBColor(0x5f, 0x66, 0x70),
            line: RGBColor(0xc9, 0xcd, 0xd3),
            a: RGBColor(0x00, 0x54, 0x9b),
            z: RGBColor(0x0b, 0x74, 0xa0),
            delta: RGBColor(0xb8, 0x42, 0x00),
            w: RGBColor(0x7a, 0x5c, 0x00),
            w_negative: RGBColor(0x5a, 0x67, 0x88),
            b: RGBColor(0x9c, 0x3a, 0x78),
            cost: RGBColor(0x00, 0x70, 0x4f),
            highlight: RGBColor(0xe6, 0xb4, 0x00),
            selected: RGBColor(0x20, 0x2a, 0x44),
            runs: [
                RGBColor(0x3d, 0x2f, 0xb3),
                RGBColor(0xd0, 0x18, 0x5a),
                RGBColor(0x55, 0x7f, 0x00),
                RGBColor(0x00, 0x7e, 0x8b),
            ],
        }
    }

    /// The dark theme.
    pub fn dark() -> Self {
        Self {
            background: RGBColor(0x14, 0x17, 0x1c),
            surface: RGBColor(0x1d, 0x21, 0x28),
            text: RGBColor(0xe8, 0xea, 0xed),
            faded: RGBColor(0x9a, 0xa3, 0xae),
            line: RGBColor(0x3d, 0x44, 0x4f),
            a: RGBColor(0x5a, 0xa9, 0xf0),
            z: RGBColor(0x8a, 0xd3, 0xf5),
            delta: RGBColor(0xff, 0x8a, 0x4c),
            w: RGBColor(0xe8, 0xae, 0x2c),
            w_negative: RGBColor(0xa3, 0xb0, 0xd0),
            b: RGBColor(0xe5, 0x8d, 0xc0),
            cost: RGBColor(0x3c, 0xc4, 0x9a),
            highlight: RGBColor(0xf0, 0xe4, 0x42),
            selected: RGBColor(0xff, 0xff, 0xff),
            runs: [
                RGBColor(0x9a, 0x86, 0xff),
                RGBColor(0xff, 0x6b, 0x97),
                RGBColor(0xb8, 0xd8, 0x4a),
                RGBColor(0x5f, 0xdc, 0xdc),
            ],
        }
    }

    /// The dark or the light theme.
    pub fn of(dark: bool) -> Self {
        if dark { Self::dark() } else { Self::light() }
    }

    /// All colours as custom properties of the style sheet: `("--a", "#00549b")`.
    pub fn css_variables(&self) -> Vec<(&'static str, String)> {
        let colours = [
            ("--background", self.background),
            ("--surface", self.surface),
            ("--text", self.text),
            ("--faded", self.faded),
            ("--line", self.line),
            ("--a", self.a),
            ("--z", self.z),
            ("--delta", self.delta),
            ("--w", self.w),
            ("--w-negative", self.w_negative),
            ("--b", self.b),
            ("--cost", self.cost),
            ("--highlight", self.highlight),
            ("--selected", self.selected),
            ("--run-1", self.runs[0]),
            ("--run-2", self.runs[1]),
            ("--run-3", self.runs[2]),
            ("--run-4", self.runs[3]),
        ];
        let hex = |RGBColor(red, green, blue): RGBColor| format!("#{red:02x}{green:02x}{blue:02x}");
        colours.map(|(name, colour)| (name, hex(colour))).to_vec()
    }
}

/// Mixes `share` of `colour` with `1 − share` of `ground`. Colours are faded by mixing, not by transparency,
/// so that nothing shows through a faded line.
///
/// ```
/// use deltascope::view::theme::mix;
/// use plotters::style::RGBColor;
///
/// assert_eq!(mix(RGBColor(100, 0, 0), RGBColor(0, 100, 0), 0.25), RGBColor(25, 75, 0));
/// ```
pub fn mix(colour: RGBColor, ground: RGBColor, share: f64) -> RGBColor {
    let part = |colour: u8, ground: u8| {
        (share * f64::from(colour) + (1.0 - share) * f64::from(ground)).round() as u8
    };
    RGBColor(part(colour.0, ground.0), part(colour.1, ground.1), part(colour.2, ground.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A channel in linear light, WCAG 2.
    fn linear(channel: u8) -> f64 {
        let channel = f64::from(channel) / 255.0;
        if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
    }

    /// Relative luminance, WCAG 2.
    fn luminance(RGBColor(red, green, blue): RGBColor) -> f64 {
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// Contrast ratio, WCAG 2.
    fn contrast(one: RGBColor, other: RGBColor) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    #[test]
    fn text_in_every_hue_has_enough_contrast() {
        for palette in [Palette::light(), Palette::dark()] {
            let Palette { text, faded, a, z, delta, w, w_negative, b, cost, .. } = palette;
            for colour in [text, faded, a, z, delta, w, w_negative, b, cost].into_iter().chain(palette.runs) {
                for ground in [palette.background, palette.surface] {
                    let ratio = contrast(colour, ground);
                    assert!(ratio >= 4.5, "{colour:?} on {ground:?}: {ratio:.2}");
                }
            }
            assert!(contrast(palette.selected, palette.background) >= 3.0);
        }
    }

    /// A colour as perceived with one kind of colour vision, in CIE L*a*b*. The matrices are those of Machado,
    /// Oliveira and Fernandes (2009).
    fn perceived([red, green, blue]: [[f64; 3]; 3], colour: RGBColor) -> [f64; 3] {
        let rgb = [colour.0, colour.1, colour.2].map(linear);
        let channel = |row: [f64; 3]| (row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2]).clamp(0.0, 1.0);
        let (r, g, b) = (channel(red), channel(green), channel(blue));
        let root = |share: f64| {
            if share > 0.008856 { share.cbrt() } else { 7.787 * share + 16.0 / 116.0 }
        };
        let x = root((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
        let y = root(0.2126 * r + 0.7152 * g + 0.0722 * b);
        let z = root((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    #[test]
    fn the_colours_of_runs_differ_for_colour_blind_readers() {
        let visions = [
            [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
            [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
            [
                [0.152286, 1.052583, -0.204868],
                [0.114503, 0.786281, 0.099216],
                [-0.003882, -0.048116, 1.051998],
            ],
            [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
        ];
        for Palette { runs, .. } in [Palette::light(), Palette::dark()] {
            for (index, one) in runs.iter().enumerate() {
                for (other, vision) in
                    runs[..index].iter().flat_map(|other| visions.map(|vision| (other, vision)))
                {
                    let (one, other) = (perceived(vision, *one), perceived(vision, *other));
                    let distance = (0..3).map(|i| (one[i] - other[i]).powi(2)).sum::<f64>().sqrt();
                    assert!(distance >= 16.0, "{one:?} and {other:?}: distance {distance:.0}");
                }
            }
        }
    }

    #[test]
    fn no_two_hues_are_the_same() {
        for palette in [Palette::light(), Palette::dark()] {
            let variables = palette.css_variables();
            for (i, (name, value)) in variables.iter().enumerate() {
                assert!(variables[..i].iter().all(|(_, other)| other != value), "{name}");
            }
        }
    }
}
