# The Lua scripts that write a market are the feeder's, built into the engine: what both do in one step in Redis is said once.
set(scripts_dir "${LOCKSTEP_REPO}/feeder/src")
set(scripts "#include \"stream/scripts.h\"\n\nnamespace lockstep::scripts {\n\n")
foreach(script control/claim control/report control/release
        stream/append stream/open-generation stream/switch stream/move-on)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${scripts_dir}/${script}.lua")
  file(READ "${scripts_dir}/${script}.lua" text)
  get_filename_component(name "${script}" NAME)
  string(REPLACE "-" "_" name "${name}")
  string(APPEND scripts "const std::string ${name}_lua = R\"lua(${text})lua\";\n\n")
endforeach()
string(APPEND scripts "}  // namespace lockstep::scripts\n")
set(script_sources "${CMAKE_CURRENT_BINARY_DIR}/generated/scripts.cpp")
file(WRITE "${script_sources}.new" "${scripts}")
# Touched only when it changed, or every configure would compile it again.
configure_file("${script_sources}.new" "${script_sources}" COPYONLY)
