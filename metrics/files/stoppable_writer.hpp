#pragma once

#include <stop_token>
#include <string_view>

namespace walbench::metrics {

/// Writes to a pipe, terminal, socket or file that somebody else opened. If the reader is slow, it
/// waits, but not after a stop was requested. Thread safe; a text of at most PIPE_BUF bytes reaches
/// a pipe in one piece.
class StoppableWriter {
 public:
  /// `descriptor` must stay open as long as the writer lives.
  StoppableWriter(int descriptor, std::stop_token stop);
  StoppableWriter(const StoppableWriter&) = delete;
  StoppableWriter& operator=(const StoppableWriter&) = delete;
  ~StoppableWriter();

  /// Returns 0, or the errno of a write that failed; ECANCELED if a stop ended the wait. Part of
  /// the text may have been written then.
  [[nodiscard]] int write(std::string_view text) const noexcept;

 private:
  const int given_;
  const int own_;  ///< the same pipe or terminal, opened again so that writing never blocks; or -1
  const bool is_socket_;
  const std::stop_token stop_;
};

}  // namespace walbench::metrics
