#pragma warning disable CA1050 // As in a Program.cs: a type without a namespace is what is tested.
/// <summary>A feature of an application whose types have no namespace.</summary>
internal sealed record GlobalTenantFeature(string Name);
#pragma warning restore CA1050
