#pragma once

#include <string>

#include "tools/doctor/doctor_story.hpp"

namespace walbench::tools {

/// The same for programs; results/README.md describes every field.
std::string doctor_json(const DoctorStory& story);

}  // namespace walbench::tools
