#include "engine/workload/script/control_flow.hpp"

#include <algorithm>
#include <utility>

namespace walbench::engine {

void ControlFlow::assign(std::size_t slot) {
  if (slot >= state_.assigned.size()) state_.assigned.resize(slot + 1);
  state_.assigned[slot] = true;
}

void ControlFlow::begin_if(std::size_t offset) {
  levels_.push_back({.before = state_,
                     .after = std::nullopt,
                     .branch = std::nullopt,
                     .jumps = {},
                     .had_else = false,
                     .offset = offset});
}

void ControlFlow::next_part(bool is_else) {
  Level& level = levels_.back();
  merge_into(level, std::move(state_));
  state_ = level.before;
  level.had_else = level.had_else || is_else;
}

void ControlFlow::end_if() {
  Level level = std::move(levels_.back());
  levels_.pop_back();
  merge_into(level, std::move(state_));
  if (!level.had_else) merge_into(level, std::move(level.before));
  state_ = std::move(*level.after);
}

std::optional<std::size_t> ControlFlow::take_branch() {
  return std::exchange(levels_.back().branch, std::nullopt);
}

bool ControlFlow::take_agreement() {
  return std::exchange(agree_, true);
}

void ControlFlow::merge_into(Level& level, FlowState state) {
  if (!level.after) {
    level.after = std::move(state);
    return;
  }
  std::vector<bool>& merged = level.after->assigned;
  merged.resize(std::min(merged.size(), state.assigned.size()));
  for (std::size_t slot = 0; slot < merged.size(); ++slot) {
    merged[slot] = merged[slot] && state.assigned[slot];
  }
  agree_ = agree_ && level.after->transaction == state.transaction;
}

}  // namespace walbench::engine
