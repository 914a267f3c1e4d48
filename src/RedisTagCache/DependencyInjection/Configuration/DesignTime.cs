using System.Reflection;

namespace RedisTagCache.DependencyInjection.Configuration;

/// <summary>
/// Tools start an application's host to look at it: the generator of OpenAPI documents at build time, and Entity Framework's command line.
/// No server is there then, and none is to be asked for.
/// </summary>
internal static class DesignTime
{
    public static bool IsActive { get; } = Assembly.GetEntryAssembly()?.GetName().Name is "GetDocument.Insider" or "ef" or "dotnet-ef";
}
