#include "tools/program/option_values.hpp"

#include <cmath>

#include "metrics/duration.hpp"

namespace walbench::tools {
namespace {

template <typename T>
Reader<T> anything(Completion completion) {
  Reader<T> reader;
  reader.read = [](const std::string& text) { return T(text); };
  reader.show = [](const T& value) { return std::string(value); };
  reader.completion = completion;
  return reader;
}

}  // namespace

Reader<double> shares(double most) {
  const auto read = [most](const std::string& text) {
    double share = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, share, std::chars_format::fixed);
    if (error != std::errc() || rest != end || std::isnan(share) || share < 0 || share > most) {
      throw std::invalid_argument(fmt::format("'{}' is not a share between 0 and {}", text, most));
    }
    return share;
  };
  return {read, [](const double& share) { return fmt::format("{}", share); }};
}

Reader<std::chrono::nanoseconds> durations(std::chrono::nanoseconds least) {
  const auto show = [](const std::chrono::nanoseconds& duration) {
    std::string text = metrics::format_duration(duration);
    std::erase(text, ' ');
    return text;
  };
  const auto read = [least, show](const std::string& text) {
    const std::chrono::nanoseconds duration = metrics::parse_duration(text);
    if (duration < least) {
      throw std::invalid_argument(fmt::format("'{}' is shorter than {}", text, show(least)));
    }
    return duration;
  };
  return {read, show};
}

Reader<std::chrono::milliseconds> whole_milliseconds(std::int64_t most) {
  const auto read = [most](const std::string& text) {
    const std::chrono::nanoseconds exact = metrics::parse_duration(text);
    const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(exact);
    if (whole != exact || whole.count() > most) {
      throw std::invalid_argument(
          fmt::format("'{}' is not a whole number of milliseconds up to {}", text, most));
    }
    return whole;
  };
  return {read, [](const std::chrono::milliseconds& value) { return durations().show(value); }};
}

Reader<std::string> texts(Completion completion) {
  return anything<std::string>(completion);
}

Reader<std::filesystem::path> paths(Completion completion) {
  return anything<std::filesystem::path>(completion);
}

std::vector<std::string> split_at(const std::string& text, char separator) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(separator, begin), text.size());
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

}  // namespace walbench::tools
