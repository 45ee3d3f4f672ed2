#include "tools/doctor/doctor_json.hpp"

#include <nlohmann/json.hpp>

#include "tools/doctor/doctor_lines.hpp"

namespace walbench::tools {

std::string doctor_json(const DoctorStory& story) {
  using Json = nlohmann::ordered_json;
  constexpr int kDoctorSchemaVersion = 1;
  Json checks = Json::array();
  for (const storage::CheckResult& each : story.results) {
    checks.push_back({{"name", each.name},
                      {"outcome", outcome_name(each.outcome)},
                      {"seen", each.seen},
                      {"advice", each.advice}});
  }
  const Json json = {{"schema_version", kDoctorSchemaVersion},
                     {"kind", "doctor"},
                     {"path", story.path},
                     {"elapsed_seconds", story.seconds},
                     {"interrupted", story.interrupted},
                     {"checks", std::move(checks)}};
  // All but ASCII is escaped: names of files go to a terminal here.
  return json.dump(1, ' ', true, Json::error_handler_t::replace) + "\n";
}

}  // namespace walbench::tools
