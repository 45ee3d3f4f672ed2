#include "metrics/result/run_state.hpp"

#include <nlohmann/json.hpp>

namespace walbench::metrics {

std::optional<RunState> parse_run_state(std::string_view json) {
  try {
    const auto parsed = nlohmann::json::parse(json);
    return RunState{parsed.at("instance").get<std::string>(), parsed.at("complete").get<bool>(),
                    parsed.at("planned").get<std::vector<std::string>>()};
  } catch (const nlohmann::json::exception&) {
    return std::nullopt;
  }
}

}  // namespace walbench::metrics
