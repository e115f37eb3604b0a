mod calls;
mod headers;
mod keys;
mod pages;
mod sessions;
mod setup;
mod sign_in;
mod theme;
