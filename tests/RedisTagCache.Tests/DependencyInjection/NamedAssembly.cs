using System.Reflection;

namespace RedisTagCache.Tests.DependencyInjection;

/// <summary>An application's assembly with a version of the test's choice; none when null.</summary>
internal sealed class NamedAssembly(string? version) : Assembly
{
    public override Module ManifestModule => typeof(NamedAssembly).Module;

    public override object[] GetCustomAttributes(Type attributeType, bool inherit) =>
        version is not null && attributeType == typeof(AssemblyInformationalVersionAttribute)
            ? new AssemblyInformationalVersionAttribute[] { new(version) }
            : (object[])Array.CreateInstance(attributeType, 0);
}
