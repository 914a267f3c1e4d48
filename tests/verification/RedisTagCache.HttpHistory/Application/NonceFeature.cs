using System.Diagnostics.CodeAnalysis;

/// <summary>The nonce that middleware gave to a response. In no namespace, as types of a minimal API's Program.cs are.</summary>
[SuppressMessage("Design", "CA1050:Declare types in namespaces", Justification = "That is what is tried.")]
internal sealed record NonceFeature(long Nonce);
