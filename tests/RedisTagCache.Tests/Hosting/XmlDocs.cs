using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace RedisTagCache.Tests.Hosting;

/// <summary>The XML documentation of the packages, as plain text: names and code in quotation marks, white space collapsed.</summary>
internal static partial class XmlDocs
{
    /// <summary>Returns the summary of a property.</summary>
    public static string SummaryOf(PropertyInfo property)
    {
        var assembly = property.DeclaringType!.Assembly.GetName().Name!;
        var name = $"P:{property.DeclaringType.FullName}.{property.Name}";
        var member = XDocument.Load(Path.Combine(AppContext.BaseDirectory, assembly + ".xml")).Descendants("member").SingleOrDefault(member => member.Attribute("name")!.Value == name);
        Assert.True(member?.Element("summary") is not null, $"{name} has no documentation.");
        return WhiteSpace().Replace(TextOf(member!.Element("summary")!), " ").Trim();
    }

    private static string TextOf(XElement element) => string.Concat(element.Nodes().Select(static node => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" } see => see.Attribute("langword")?.Value ?? $"'{see.Attribute("cref")!.Value.Split('.')[^1]}'",
        XElement { Name.LocalName: "c" } code => $"'{code.Value}'",
        XElement other => TextOf(other),
        _ => "",
    }));

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
