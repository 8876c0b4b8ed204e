//! The actions of Compare ([`Compare`]), and the runs at the session's position.

use super::RunStates;
use crate::session::{Axis, Session};
use serde::Deserialize;

/// How the compared runs are shown.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub enum Compare {
    /// Freezes or unfreezes the parameters.
    FreezeToggled,
    /// The horizontal axis of the charts of runs.
    AxisChanged(Axis),
    /// Decision maps of the outputs, or of the selected neuron.
    MapOfSelectedToggled,
}

impl Session {
    pub(in crate::session) fn control_comparison(&mut self, action: Compare) {
        let view_state = &mut self.view_state;
        match action {
            Compare::FreezeToggled => {
                view_state.frozen = !view_state.frozen;
                self.refresh_runs();
            }
            Compare::AxisChanged(axis) => view_state.axis = axis,
            Compare::MapOfSelectedToggled => view_state.map_of_selected = !view_state.map_of_selected,
        }
    }

    /// Shows the runs at this mini-batch, given the states before it.
    pub(in crate::session) fn show_runs(&mut self, mini_batch: u64, states: &RunStates) {
        let frozen = self.view_state.frozen.then_some(&self.mini_batch.network_before);
        if let Some(comparison) = &mut self.comparison {
            comparison.show(&self.scenario, mini_batch, states, frozen);
        }
        self.move_runs();
    }

    /// Computes the runs at their mini-batch again, with or without frozen parameters.
    fn refresh_runs(&mut self) {
        let shown = self
            .comparison
            .as_ref()
            .and_then(|comparison| comparison.checkpoints.nearest(comparison.mini_batch));
        if let Some((mini_batch, states)) = shown {
            self.show_runs(mini_batch, &states);
        }
    }

    /// Moves the runs to the current moment of their mini-batch.
    pub(in crate::session) fn move_runs(&mut self) {
        let (samples, finished) = (self.visible().accumulated(), self.visible().finished());
        if let Some(comparison) = &mut self.comparison {
            comparison.move_to(&self.scenario, samples, finished);
        }
    }
}
