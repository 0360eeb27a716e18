# Library `messages`: what protoc makes of the repository's trade events, and of the journal's lines.
set(messages_dir "${CMAKE_CURRENT_BINARY_DIR}/messages")
file(MAKE_DIRECTORY "${messages_dir}")
set(message_sources)

function(add_message folder name)
  set(outputs "${messages_dir}/${name}.pb.cc" "${messages_dir}/${name}.pb.h")
  add_custom_command(
    OUTPUT ${outputs}
    COMMAND protobuf::protoc "--proto_path=${folder}" "--cpp_out=${messages_dir}" "${folder}/${name}.proto"
    DEPENDS "${folder}/${name}.proto"
    VERBATIM)
  set(message_sources ${message_sources} ${outputs} PARENT_SCOPE)
endfunction()

add_message("${LOCKSTEP_REPO}/proto" lockstep/trade_v1)
add_message("${LOCKSTEP_REPO}/proto" lockstep/trade_v2)
add_message("${CMAKE_CURRENT_SOURCE_DIR}/proto" journal)

add_library(messages STATIC ${message_sources})
target_include_directories(messages SYSTEM PUBLIC "${messages_dir}")
target_link_libraries(messages PUBLIC protobuf::libprotobuf)
