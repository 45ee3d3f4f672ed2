#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "storage/lifecycle_state.hpp"

namespace walbench::engine {

using storage::LifecycleState;

/// What can happen to a file.
enum class LifecycleEvent : std::uint8_t {
  start_upload,
  complete_upload,
  complete_processing,
  fail_upload,
  fail_processing,
  retry,
  reset,
  fail_reset,
};

inline constexpr std::array<std::string_view, 8> kLifecycleEventNames = {
    "start_upload", "complete_upload", "complete_processing", "fail_upload", "fail_processing",
    "retry",        "reset",           "fail_reset"};

constexpr std::string_view event_name(LifecycleEvent event) {
  return kLifecycleEventNames[static_cast<std::size_t>(event)];
}

/// One edge of the state machine.
struct LifecycleEdge {
  LifecycleEvent event;
  LifecycleState from;
  LifecycleState to;
};

/// All there are. Each event leaves exactly one state.
inline constexpr std::array<LifecycleEdge, 8> kLifecycleEdges = {{
    {LifecycleEvent::start_upload, LifecycleState::untracked, LifecycleState::uploading},
    {LifecycleEvent::complete_upload, LifecycleState::uploading, LifecycleState::processing},
    {LifecycleEvent::complete_processing, LifecycleState::processing, LifecycleState::indexed},
    {LifecycleEvent::fail_upload, LifecycleState::uploading, LifecycleState::failed},
    {LifecycleEvent::fail_processing, LifecycleState::processing, LifecycleState::failed},
    {LifecycleEvent::retry, LifecycleState::failed, LifecycleState::untracked},
    {LifecycleEvent::reset, LifecycleState::indexed, LifecycleState::untracked},
    {LifecycleEvent::fail_reset, LifecycleState::indexed, LifecycleState::failed},
}};

/// The state that `event` leads to from `from`, or nothing where it is illegal there.
constexpr std::optional<LifecycleState> next_state(LifecycleState from, LifecycleEvent event) {
  for (const LifecycleEdge& edge : kLifecycleEdges) {
    if (edge.event == event && edge.from == from) return edge.to;
  }
  return std::nullopt;
}

/// An event that the state does not allow.
class IllegalEvent : public std::logic_error {
 public:
  IllegalEvent(LifecycleState state_in, LifecycleEvent event_in)
      : std::logic_error("event " + std::string(event_name(event_in)) + " is illegal in state " +
                         std::string(storage::state_name(state_in))),
        state(state_in),
        event(event_in) {}

  LifecycleState state;
  LifecycleEvent event;
};

/// Where one file is in its lifecycle, without I/O and without threads. A value type.
class LifecycleFsm {
 public:
  constexpr explicit LifecycleFsm(LifecycleState state) : state_(state) {}

  constexpr LifecycleState state() const { return state_; }

  /// Takes the edge of `event` and returns the new state. Throws IllegalEvent, and stays.
  constexpr LifecycleState fire(LifecycleEvent event) {
    const std::optional<LifecycleState> next = next_state(state_, event);
    if (!next) throw IllegalEvent(state_, event);
    state_ = *next;
    return state_;
  }

 private:
  LifecycleState state_;
};

}  // namespace walbench::engine
