// conversation/detail/part_fields.hpp
// The JSON members of parts and messages, each named once: the writer and the reader both walk
// these lists. An archive has
//   field     left out when it has its default value
//   shown     always written; absent reads as the default
//   required  always written; absent is malformed
//   raw       a text that is JSON itself, "" when absent
// A part's "type" and the kind it stands for belong to conversation/part.cpp.
#pragma once

#include "conversation/message.hpp"

namespace parley::detail {

template <class A>
void list_fields(A& a, const Text*) {
  a.required("text", &Text::text);
  a.field("format", &Text::format);
}

template <class A>
void list_fields(A& a, const Media*) {
  a.field("media_id", &Media::media_id);
  a.field("url", &Media::url);
  a.field("platform_id", &Media::platform_id);
  a.field("mime", &Media::mime);
  a.field("name", &Media::name);
  a.field("size_bytes", &Media::size_bytes);
  a.field("width", &Media::width);
  a.field("height", &Media::height);
  a.field("duration_ms", &Media::duration_ms);
  a.field("alt", &Media::alt);
  a.field("transcript", &Media::transcript);
  a.field("thumbnail", &Media::thumbnail);
  a.field("emoji", &Media::emoji);
}

template <class A>
void list_fields(A& a, const Location*) {
  a.required("latitude", &Location::latitude);
  a.required("longitude", &Location::longitude);
  a.field("name", &Location::name);
  a.field("address", &Location::address);
}

template <class A>
void list_fields(A& a, const Contact*) {
  a.field("name", &Contact::name);
  a.field("phones", &Contact::phones);
  a.field("emails", &Contact::emails);
}

template <class A>
void list_fields(A& a, const Link*) {
  a.field("url", &Link::url);
  a.field("title", &Link::title);
  a.field("description", &Link::description);
  a.field("image_url", &Link::image_url);
}

template <class A>
void list_fields(A& a, const Action*) {
  a.shown("type", &Action::type);
  a.field("title", &Action::title);
  a.field("description", &Action::description);
  a.field("payload", &Action::payload);
  a.field("url", &Action::url);
  a.field("app_id", &Action::app_id);
  a.field("page", &Action::page);
  a.field("phone", &Action::phone);
}

template <class A>
void list_fields(A& a, const Card*) {
  a.field("title", &Card::title);
  a.field("text", &Card::text);
  a.field("image_url", &Card::image_url);
  a.field("image_media_id", &Card::image_media_id);
  a.field("actions", &Card::actions);
}

template <class A>
void list_fields(A& a, const Cards*) {
  a.shown("items", &Cards::items);
}

template <class A>
void list_fields(A& a, const FormField*) {
  a.field("name", &FormField::name);
  a.field("label", &FormField::label);
  a.field("input", &FormField::input);
  a.field("options", &FormField::options);
  a.field("required", &FormField::required);
}

template <class A>
void list_fields(A& a, const Form*) {
  a.shown("fields", &Form::fields);
}

template <class A>
void list_fields(A& a, const FormResponse*) {
  a.shown("values", &FormResponse::values);
}

template <class A>
void list_fields(A& a, const Template*) {
  a.field("name", &Template::name);
  a.field("language", &Template::language);
  a.field("category", &Template::category);
  a.field("url", &Template::url);
  a.field("page", &Template::page);
  a.field("app_id", &Template::app_id);
  a.field("parameters", &Template::parameters);
}

template <class A>
void list_fields(A& a, const Goods*) {
  a.field("id", &Goods::id);
  a.field("title", &Goods::title);
  a.field("price", &Goods::price);
  a.field("image_url", &Goods::image_url);
  a.field("status", &Goods::status);
  a.field("url", &Goods::url);
}

template <class A>
void list_fields(A& a, const Reaction*) {
  a.field("target", &Reaction::target);
  a.field("emoji", &Reaction::emoji);
  a.shown("op", &Reaction::op);
}

template <class A>
void list_fields(A& a, const Edit*) {
  a.field("target", &Edit::target);
  a.field("text", &Edit::text);
}

template <class A>
void list_fields(A& a, const Deletion*) {
  a.field("target", &Deletion::target);
}

template <class A>
void list_fields(A& a, const ActionResponse*) {
  a.field("action_id", &ActionResponse::action_id);
  a.field("payload", &ActionResponse::payload);
  a.field("title", &ActionResponse::title);
}

template <class A>
void list_fields(A& a, const Unsupported*) {
  a.field("provider_type", &Unsupported::provider_type);
  a.field("raw_ref", &Unsupported::raw_ref);
}

template <class A>
void list_fields(A& a, const Author*) {
  a.shown("type", &Author::type);
  a.field("id", &Author::id);
  a.field("display_name", &Author::display_name);
}

template <class A>
void list_fields(A& a, const DeliveryStatus*) {
  a.shown("state", &DeliveryStatus::state);
  a.field("attempts", &DeliveryStatus::attempts);
  a.field("error_code", &DeliveryStatus::error_code);
  a.field("error", &DeliveryStatus::error);
}

template <class A>
void list_fields(A& a, const Message*) {
  a.field("id", &Message::id);
  a.shown("direction", &Message::direction);
  a.shown("author", &Message::author);
  a.field("external_id", &Message::external_id);
  a.field("external_time", &Message::external_time);
  a.field("reply_to", &Message::reply_to);
  a.field("correlation_id", &Message::correlation_id);
  a.shown("content", &Message::content);
  a.field("fallback_text", &Message::fallback_text);
  a.field("suggested_actions", &Message::suggested_actions);
  a.field("expires_at", &Message::expires_at);
  a.field("importance", &Message::importance);
  a.field("delivery", &Message::delivery);
  a.field("attributes", &Message::attributes);
  a.raw("channel_data", &Message::channel_data);
}

}  // namespace parley::detail
