#pragma once

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>

namespace lockstep::golden {

using Case = google::protobuf::Struct;

/** A file of tests/golden; its u64 values are texts, so that nothing is lost in a double. */
inline Case read(const std::string& file) {
  std::ifstream stream(std::string(LOCKSTEP_GOLDEN) + "/" + file);
  std::stringstream text;
  text << stream.rdbuf();
  Case content;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(text.str(), &content).ok()) << file;
  return content;
}

inline const auto& cases(const Case& file, const std::string& name = "cases") {
  return file.fields().at(name).list_value().values();
}

inline std::string text(const Case& from, const std::string& name) { return from.fields().at(name).string_value(); }

inline std::uint64_t u64(const Case& from, const std::string& name) { return std::stoull(text(from, name)); }

inline std::uint32_t u32(const Case& from, const std::string& name) {
  return static_cast<std::uint32_t>(from.fields().at(name).number_value());
}

inline std::string bytes(const Case& from) {
  const std::string hex = text(from, "bytes");
  std::string plain;
  for (std::size_t at = 0; at < hex.size(); at += 2)
    plain += static_cast<char>(std::stoi(hex.substr(at, 2), nullptr, 16));
  return plain;
}

}  // namespace lockstep::golden
