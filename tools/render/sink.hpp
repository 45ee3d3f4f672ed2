#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace walbench::tools {

/// Takes a text part by part.
using TextSink = std::function<void(std::string_view)>;

/// Collects text and hands it on in parts, so that a long report is never in memory as a whole.
class PartWriter {
 public:
  explicit PartWriter(const TextSink& write) : write_(write) {}

  /// Where to append. Call pass_on() after each line or so.
  std::string& text() { return text_; }
  void pass_on() {
    constexpr std::size_t kPart = std::size_t{64} << 10U;
    if (text_.size() >= kPart) finish();
  }
  void finish() {
    write_(text_);
    text_.clear();
  }

 private:
  const TextSink& write_;
  std::string text_;
};

}  // namespace walbench::tools
