//! Stands for code outside the crate.
use std::fmt::Debug;
pub const NAME: &str = "other";
pub fn change(text: &mut String) { text.push_str("changed"); }
pub trait Change { fn altered(&mut self); }
impl Change for String { fn altered(&mut self) { self.push_str("altered"); } }
pub fn call(mut work: impl FnMut(&str)) { work("called"); }
pub fn call_boxed<'a>(mut work: Box<dyn FnMut(&str) + 'a>) { work("called"); }
pub fn change_all(all: &mut [&mut String]) { for each in all { each.clear(); } }
pub fn change_list(list: &mut Vec<String>) { list.clear(); }
pub fn change_option(option: &mut Option<String>) { *option = None; }
pub fn change_migrations<T>(list: &mut Vec<T>) { list.clear(); }
pub fn text() -> String { "text".into() }
pub fn flag() -> bool { std::env::args().count() > 5 }
pub fn number() -> usize { std::env::args().count() }
pub fn byte() -> u8 { b'y' }
pub fn maybe() -> Option<&'static str> { if flag() { Some("a") } else { None } }
pub fn result<E: Debug>() -> Result<(), E> { Ok(()) }
pub fn reader() -> std::io::Cursor<Vec<u8>> { std::io::Cursor::new(b"read".to_vec()) }
#[macro_export]
macro_rules! tweak { ($text:expr) => { $text.push_str("tweaked") }; }
