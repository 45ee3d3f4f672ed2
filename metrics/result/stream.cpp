#include "metrics/result/stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <stdexcept>

#include "metrics/result/key.hpp"

namespace walbench::metrics {

const Histogram* Stream::find(Segment segment) const {
  const auto found = std::ranges::find(segments, segment, &SegmentHistogram::segment);
  return found == segments.end() ? nullptr : &found->histogram;
}

std::string stream_name(const StreamId& stream, const StreamId& main) {
  std::string name;
  for (const auto member : {&StreamId::role, &StreamId::kind, &StreamId::outcome}) {
    if (stream.*member == main.*member) continue;
    name += (name.empty() ? "" : ".") + for_file_name(stream.*member);
  }
  return name;
}

void require_names_apart(const std::vector<StreamId>& streams) {
  std::set<std::string> names;
  for (const StreamId& each : streams) {
    const std::string name = stream_name(each, streams.front());
    if (names.insert(name).second) continue;
    throw std::invalid_argument(
        fmt::format("the stream {}/{}/{} has the name '{}' of another; rename its kind", each.role,
                    each.kind, each.outcome, name));
  }
}

}  // namespace walbench::metrics
