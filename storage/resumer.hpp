#pragma once

#include <coroutine>
#include <cstdint>
#include <span>

namespace walbench::storage {

/// Lets lifecycles go on whose write has been decided: what a store that suspends them needs of
/// whoever runs them. Called from the committer's thread alone.
class Resumer {
 public:
  /// What the committer has to do once this group is off its hands.
  enum class Next : std::uint8_t {
    nothing,  ///< nobody has queued: until one of these lifecycles writes again it would be idle
    a_group,  ///< others have queued already
  };

  Resumer() = default;
  Resumer(const Resumer&) = delete;
  Resumer& operator=(const Resumer&) = delete;
  virtual ~Resumer() = default;

  /// Resumes each of them once, on this thread before it returns or on another later. Must not
  /// throw.
  virtual void resume(std::span<const std::coroutine_handle<>> group, Next next) = 0;

  /// Called once by the committer's thread, before anything else.
  virtual void committer_starts() = 0;
};

}  // namespace walbench::storage
