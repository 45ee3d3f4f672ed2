#pragma once

#include <coroutine>
#include <cstdint>
#include <span>

namespace walbench::storage {

/// Resumes coroutines whose transaction has finished. Implemented by the engine, called by the
/// committer's thread alone.
class Resumer {
 public:
  /// The committer's next task after this group.
  enum class Next : std::uint8_t {
    nothing,  ///< no transaction is queued: the committer idles until one of these writes again
    a_group,  ///< others have queued already
  };

  Resumer() = default;
  Resumer(const Resumer&) = delete;
  Resumer& operator=(const Resumer&) = delete;
  virtual ~Resumer() = default;

  /// Resumes each of them once, on this thread before it returns or on another one later. Must not
  /// throw.
  virtual void resume(std::span<const std::coroutine_handle<>> group, Next next) = 0;

  /// Called once by the committer's thread, before anything else.
  virtual void committer_starts() = 0;
};

}  // namespace walbench::storage
