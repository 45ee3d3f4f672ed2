#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "metrics/result/result_set.hpp"

namespace walbench::tools {

/// `reading 312 of 1,000 files`, or for a single long file `reading: 31 %`.
std::string reading_text(const metrics::LoadProgress& now);

/// A line on standard error that says how far reading has come, where that is a terminal and
/// reading takes longer than a moment; gone at the end of the scope. Used by one thread.
class ReadingProgress {
 public:
  ReadingProgress();
  ReadingProgress(const ReadingProgress&) = delete;
  ReadingProgress& operator=(const ReadingProgress&) = delete;
  ~ReadingProgress() { clear(); }

  /// May be called as often as one likes.
  void show(const metrics::LoadProgress& now);
  void clear();

 private:
  bool on_terminal_;
  bool shown_ = false;
  std::chrono::steady_clock::time_point next_;
};

/// metrics::load_results() with such a line.
metrics::ResultSet load_with_progress(const std::vector<std::filesystem::path>& paths,
                                      const metrics::Reading& reading = {});

}  // namespace walbench::tools
