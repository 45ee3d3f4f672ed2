#include "engine/workload/script/located_sql.hpp"

#include <algorithm>

namespace walbench::engine {

std::size_t LocatedSql::source_of(std::size_t offset) const {
  const auto next = std::ranges::upper_bound(marks_, offset, {}, &Mark::offset);
  if (next == marks_.begin()) return 0;
  const Mark& mark = *std::prev(next);
  return mark.source + offset - mark.offset;
}

void LocatedSql::append(std::string_view text, std::size_t source) {
  if (marks_.empty() || source_of(text_.size()) != source) marks_.push_back({text_.size(), source});
  text_ += text;
}

void LocatedSql::append(const LocatedSql& more) {
  for (const Mark& mark : more.marks_) {
    marks_.push_back({text_.size() + mark.offset, mark.source});
  }
  text_ += more.text_;
}

void LocatedSql::drop_trailing_blanks() {
  text_.erase(text_.find_last_not_of(" \t\r\n\f\v") + 1);
}

}  // namespace walbench::engine
