//! Colours: one hue for each symbol wherever it stands, in light and in dark.
//!
//! The hues are those of Okabe and Ito (2008), which stay apart for colour-blind readers, darkened or
//! lightened until text in them can be read. `www/style.css` holds the same values, by the names of
//! [`Palette::css_variables`].

use crate::scenario::MAX_RUNS;
use plotters::style::RGBColor;

/// Every colour of the page, for one theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Palette {
    /// Behind everything.
    pub background: RGBColor,
    /// Behind cards and boxes.
    pub surface: RGBColor,
    /// Words and numbers.
    pub text: RGBColor,
    /// What is not at work, and small print.
    pub faded: RGBColor,
    /// Frames and grid lines.
    pub line: RGBColor,
    /// a, and x, which is a of the input.
    pub a: RGBColor,
    /// z
    pub z: RGBColor,
    /// δ
    pub delta: RGBColor,
    /// w, and positive ones in the picture.
    pub w: RGBColor,
    /// A negative w in the picture, where it is dashed too.
    pub w_negative: RGBColor,
    /// b and ∂C/∂b
    pub b: RGBColor,
    /// C and y
    pub cost: RGBColor,
    /// Around what the present moment reads and writes.
    pub lit: RGBColor,
    /// Around what is selected.
    pub selected: RGBColor,
    /// The runs of a comparison, in their order; [`DASHES`] tells them apart without colour.
    pub runs: [RGBColor; MAX_RUNS],
}

/// How the line of each run is dashed, in CSS pixels: drawn, left out, drawn … Nothing for a solid line.
pub const DASHES: [&[f64]; MAX_RUNS] = [&[], &[8.0, 4.0], &[2.0, 3.0], &[9.0, 3.0, 2.0, 3.0]];

impl Palette {
    /// Dark on light.
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
            lit: RGBColor(0xe6, 0xb4, 0x00),
            selected: RGBColor(0x20, 0x2a, 0x44),
            runs: [
                RGBColor(0x3d, 0x2f, 0xb3),
                RGBColor(0xd0, 0x18, 0x5a),
                RGBColor(0x55, 0x7f, 0x00),
                RGBColor(0x00, 0x7e, 0x8b),
            ],
        }
    }

    /// Light on dark.
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
            lit: RGBColor(0xf0, 0xe4, 0x42),
            selected: RGBColor(0xff, 0xff, 0xff),
            runs: [
                RGBColor(0x9a, 0x86, 0xff),
                RGBColor(0xff, 0x6b, 0x97),
                RGBColor(0xb8, 0xd8, 0x4a),
                RGBColor(0x5f, 0xdc, 0xdc),
            ],
        }
    }

    /// The theme of this name.
    pub fn of(dark: bool) -> Self {
        if dark { Self::dark() } else { Self::light() }
    }

    /// Every colour as a custom property of the style sheet: `("--a", "#00549b")`.
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
            ("--lit", self.lit),
            ("--selected", self.selected),
            ("--lane-1", self.runs[0]),
            ("--lane-2", self.runs[1]),
            ("--lane-3", self.runs[2]),
            ("--lane-4", self.runs[3]),
        ];
        let hex = |RGBColor(red, green, blue): RGBColor| format!("#{red:02x}{green:02x}{blue:02x}");
        colours.map(|(name, colour)| (name, hex(colour))).to_vec()
    }
}

/// `share` of `colour` over the rest of `ground`: fading without transparency, so that what lies
/// under a faded line does not shine through.
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

    /// A channel in proportion to its light.
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
    fn text_in_every_hue_can_be_read() {
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

    /// As an eye without one kind of cone sees it: the matrices of Machado, Oliveira and Fernandes (2009), in
    /// CIE L*a*b*.
    fn seen([red, green, blue]: [[f64; 3]; 3], colour: RGBColor) -> [f64; 3] {
        let light = [colour.0, colour.1, colour.2].map(linear);
        let part =
            |row: [f64; 3]| (row[0] * light[0] + row[1] * light[1] + row[2] * light[2]).clamp(0.0, 1.0);
        let (r, g, b) = (part(red), part(green), part(blue));
        let root = |share: f64| {
            if share > 0.008856 { share.cbrt() } else { 7.787 * share + 16.0 / 116.0 }
        };
        let x = root((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505);
        let y = root(0.2126 * r + 0.7152 * g + 0.0722 * b);
        let z = root((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089);
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    #[test]
    fn every_eye_tells_runs_apart() {
        let eyes = [
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
                for (other, eye) in runs[..index].iter().flat_map(|other| eyes.map(|eye| (other, eye))) {
                    let (one, other) = (seen(eye, *one), seen(eye, *other));
                    let apart = (0..3).map(|i| (one[i] - other[i]).powi(2)).sum::<f64>().sqrt();
                    assert!(apart >= 16.0, "{one:?} and {other:?} are {apart:.0} apart");
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
