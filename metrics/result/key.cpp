#include "metrics/result/key.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "metrics/fingerprint.hpp"
#include "metrics/result/figures.hpp"

namespace walbench::metrics {
namespace {

constexpr std::size_t kBaseParts = 3;  // threads, profile, strategy

bool same_base(const ConfigurationPlanned& one, const ConfigurationPlanned& other) {
  return one.threads == other.threads && one.profile == other.profile &&
         one.strategy == other.strategy;
}

}  // namespace

Key::Key(const ConfigurationPlanned& planned)
    : parts_{{"threads", std::to_string(planned.threads)},
             {"profile", planned.profile},
             {"strategy", planned.strategy}} {
  for (const std::string& varied : planned.varied) {
    const std::size_t equals = std::min(varied.find('='), varied.size());
    parts_.push_back(
        {varied.substr(0, equals), varied.substr(std::min(equals + 1, varied.size()))});
  }
}

Key::Key(const ConfigurationResult& configuration, const Stream& stream)
    : Key(configuration.planned) {
  for (const Figure<Stream>& figure : stream_figures()) {
    if (figure.plan != PlanClass::identity) continue;
    const std::string value = figure_text(figure.value(stream));
    if (value == figure_text(figure.value(configuration.main))) continue;
    parts_.push_back({std::string(figure.dimension), value});
    ++stream_parts_;
  }
}

std::string Key::label() const {
  std::string label = fmt::format("c={} {} {}", parts_[0].value, parts_[1].value, parts_[2].value);
  for (const KeyPart& part : std::span(parts_).subspan(kBaseParts)) {
    label += fmt::format(" {}={}", part.dimension, part.value);
  }
  return label;
}

std::string Key::file_part() const {
  std::string name = fmt::format("c{}-{}-{}", for_file_name(parts_[0].value),
                                 for_file_name(parts_[1].value), for_file_name(parts_[2].value));
  const std::size_t varied = parts_.size() - kBaseParts - stream_parts_;
  for (const KeyPart& part : std::span(parts_).subspan(kBaseParts, varied)) {
    name += fmt::format("+{}-{}", for_file_name(part.dimension), for_file_name(part.value));
  }
  for (const KeyPart& part : std::span(parts_).last(stream_parts_)) {
    name += "." + for_file_name(part.value);
  }
  return name;
}

std::string Key::selector() const {
  std::string selector = "{";
  for (const KeyPart& part : parts_) {
    selector += fmt::format("{}{}={}", selector.size() > 1 ? "," : "", part.dimension, part.value);
  }
  return selector + "}";
}

std::string for_file_name(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  constexpr std::size_t kKept = 40;
  std::string name(text);
  if (text.size() > kLongest) {
    name = fmt::format("{}-{}", text.substr(text.size() - kKept), fingerprint_of(text));
  }
  const auto is_other = [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool digit = c >= '0' && c <= '9';
    return !letter && !digit && c != '.' && c != '-' && c != '_';
  };
  std::ranges::replace_if(name, is_other, '-');
  return name;
}

std::string configuration_label(const ConfigurationPlanned& planned) {
  return Key(planned).label();
}

void name_what_varies(std::span<ConfigurationResult> plans) {
  for (ConfigurationResult& plan : plans) {
    plan.planned.varied.clear();
    for (const Figure<ConfigurationResult>& figure : configuration_figures()) {
      const bool is_dimension = !figure.dimension.empty() && figure.plan != PlanClass::identity;
      if (!is_dimension) continue;
      std::set<std::string> values;
      for (const ConfigurationResult& each : plans) {
        if (same_base(each.planned, plan.planned)) values.insert(key_text(figure, each));
      }
      const std::string own = key_text(figure, plan);
      if (values.size() < 2 || own == figure.standard) continue;
      plan.planned.varied.push_back(fmt::format("{}={}", figure.dimension, own));
    }
  }
}

}  // namespace walbench::metrics
