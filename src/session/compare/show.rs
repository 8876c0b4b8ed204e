//! The compared runs follow the session's position.

use super::RunStates;
use crate::session::Session;

impl Session {
    /// Shows the runs at this mini-batch, given the states before it.
    pub(in crate::session) fn show_runs(&mut self, mini_batch: u64, states: &RunStates) {
        let frozen = self.view_state.frozen.then_some(&self.mini_batch.before);
        if let Some(comparison) = &mut self.comparison {
            comparison.show(&self.scenario, mini_batch, states, frozen);
        }
        self.move_runs();
    }

    /// Computes the runs at their mini-batch again, with or without frozen parameters.
    pub(in crate::session) fn refresh_runs(&mut self) {
        let shown =
            self.comparison.as_ref().and_then(|comparison| comparison.nearest(comparison.mini_batch()));
        if let Some((mini_batch, states)) = shown {
            self.show_runs(mini_batch, &states);
        }
    }

    /// Moves the runs to the present moment of their mini-batch.
    pub(in crate::session) fn move_runs(&mut self) {
        let (samples, finished) = (self.visible().accumulated(), self.visible().finished());
        if let Some(comparison) = &mut self.comparison {
            comparison.move_to(&self.scenario, samples, finished);
        }
    }
}
